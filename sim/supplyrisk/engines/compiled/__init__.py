"""The fast engine and its machinery: nobody outside this folder opens it but for `engine`."""
