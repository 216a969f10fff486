"""People's own program, in any language, in the place of our training and our server.

A model whose folder has a program.json is such a model. In its containers the program is the entry
point, as SageMaker's contract has it; here it is started with the same argument over the same
folders, which two variables stand in for: ML_RUNTIME_ROOT for /opt/ml, ML_RUNTIME_HOST for the
address to listen on. In a container neither is set.
"""
