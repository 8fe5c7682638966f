"""The engine `stylizer`: the embedded one that holds trained networks of style transfer."""
