"""Commands of Huawei VRP: see the folder above."""
