"""Every operation, one file each: adding one is writing a file here (see `supplyrisk.operations.table`)."""
