"""The contact gate: nobody is called or texted at night, too often, or after a stop."""
