"""Git, asked in its own words: the first commit, the history, and a merge that is foreseen before it is made."""

# Variables that a hook sets, which would send our commands into the repository that it runs in.
OF_A_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
)
# No remote is asked for anything, whatever a repository's own configuration allows.
OFFLINE = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}
