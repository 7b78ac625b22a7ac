"""One module for each kind of model, all with the shape of scikit-learn."""
