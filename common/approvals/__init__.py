"""Two people for one decision: what somebody asks for, somebody else approves or turns down."""
