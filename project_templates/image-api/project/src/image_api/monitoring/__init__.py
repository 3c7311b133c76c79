"""Whether the photographs that arrive are still like those the model was tested on."""
