# The same tasks for those who have make: see tasks.py.
.PHONY: demo test bench
demo test bench:
	python3 tasks.py $@
