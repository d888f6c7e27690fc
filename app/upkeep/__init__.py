"""Growing old: clearing what nothing needs, backing up, restoring, moving to a fleet."""
