"""What staff do with rewards, each by one verb; what gives or costs takes four eyes."""
