"""Every event and policy type, one file each: adding one is writing a file here (see `supplyrisk.events.registry`)."""
