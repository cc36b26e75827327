"""The jobs around the containers: secrets before everything, the town before the services, its first cases after."""
