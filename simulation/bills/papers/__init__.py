"""Records that are no money, one file each: insurance, enrolment, devices, social life."""
