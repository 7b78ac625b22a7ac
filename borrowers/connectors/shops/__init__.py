"""Bills of shops: JD and Meituan, one file each."""
