"""Teams: an HTTP endpoint that takes activities and checks who sent them, and the Bot Connector, by which we speak."""
