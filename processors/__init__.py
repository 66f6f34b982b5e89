"""The programs of Orderbus and the steps they are made of."""
