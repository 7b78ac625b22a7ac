"""Links between members who both allowed it, and what they may tell a person who looks."""
