package io.errata.jobs.plan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process of this machine, such that no other has the same identity, not after a restart either.
 * Known on Linux only (proc(5)).
 *
 * @param boot of the machine, since it was switched on
 * @param namespace in which the number counts: containers number their processes for themselves
 * @param number of the process
 * @param start in clock ticks since the boot: numbers are used again
 */
record ProcessIdentity(String boot, String namespace, long number, String start) {
  private static final Path PROC = Path.of("/proc");

  /** Of the start time in {@code stat}, counted from behind the name of the program. */
  private static final int START_FIELD = 19;

  /** What is known of a process. */
  enum State {
    ALIVE,
    GONE,
    /** It is of another machine or container, or processes of others can't be seen. */
    UNKNOWN
  }

  /** This process; empty where that isn't known. */
  static Optional<ProcessIdentity> current() {
    return of(ProcessHandle.current().pid());
  }

  /** A process that runs here. */
  static Optional<ProcessIdentity> of(long number) {
    try {
      String boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
      String namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
      return Optional.of(new ProcessIdentity(boot, namespace, number, start(number)));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private static String start(long number) throws IOException {
    String stat = Files.readString(PROC.resolve(number + "/stat"), StandardCharsets.ISO_8859_1);
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD];
  }

  State state() {
    Optional<ProcessIdentity> here = current();
    if (here.isEmpty()
        || !here.get().boot().equals(boot)
        || !here.get().namespace().equals(namespace)
        // Where processes of other users are hidden, the first one is, too.
        || !Files.exists(PROC.resolve("1"))) {
      return State.UNKNOWN;
    }
    try {
      return start(number).equals(start) ? State.ALIVE : State.GONE;
    } catch (NoSuchFileException e) {
      return State.GONE;
    } catch (IOException e) {
      return State.UNKNOWN;
    }
  }

  @Override
  public String toString() {
    return boot + " " + namespace + " " + number + " " + start;
  }

  /** Reads what {@link #toString} printed; empty where it is anything else. */
  static Optional<ProcessIdentity> parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != 4 || !words[2].matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    return Optional.of(new ProcessIdentity(words[0], words[1], Long.parseLong(words[2]), words[3]));
  }
}
