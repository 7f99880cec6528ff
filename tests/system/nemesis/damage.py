"""What happens to disks and files."""
import os

BALLAST = 'ballast'
MARK_BLOCK = 4096  # docs/storage.md: two generations, each in two copies


def fill_disk(disk, leave):
    """Leaves about so many bytes free."""
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - leave
    with open(disk / BALLAST, 'ab') as file:
        if size > 0:
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError:
                _fill_up(file)
    if leave == 0:
        with open(disk / BALLAST, 'ab') as file:
            _fill_up(file)


def _fill_up(file):
    """To the last block, whatever was promised to be free."""
    for size in (1 << 20, 4096):
        try:
            while True:
                os.write(file.fileno(), b'\0' * size)
        except OSError:
            pass


def free_disk(disk):
    (disk / BALLAST).unlink(missing_ok=True)


def _flip(file, offset, rng):
    file.seek(offset)
    old = file.read(1)[0]
    file.seek(offset)
    file.write(bytes([old ^ (1 << rng.randrange(8))]))


def rot_mark_copies(mark, rng):
    """One of the copies of each generation; the other stays whole."""
    with open(mark, 'r+b') as file:
        for generation in range(2):
            copy = 2 * generation + rng.randrange(2)
            _flip(file, copy * MARK_BLOCK + rng.randrange(64), rng)


def log_files(folder):
    """The files of RocksDB's log, the newest last."""
    return sorted(folder.glob('*.log'))


def lose_end(files, rng):
    """The last part of one of the files, if there is one with anything in it; whether there was."""
    files = [f for f in files if f.stat().st_size > 0]
    if files:
        chosen = rng.choice(files)
        os.truncate(chosen, rng.randrange(chosen.stat().st_size))
    return bool(files)


def rot_file(files, rng):
    """A few bytes of one of the files, if there is one with anything in it; whether there was."""
    files = [f for f in files if f.stat().st_size > 0]
    if not files:
        return False
    chosen = rng.choice(files)
    size = chosen.stat().st_size
    with open(chosen, 'r+b') as file:
        for _ in range(rng.randint(1, 4)):
            _flip(file, rng.randrange(size), rng)
    return True
