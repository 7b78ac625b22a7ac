"""Records that move no money: insurance months, enrolment, device days, weeks of activity."""
