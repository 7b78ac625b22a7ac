"""The toolbox: a closed list of modules that know nothing of lending."""
