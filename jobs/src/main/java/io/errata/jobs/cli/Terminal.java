package io.errata.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the command's output goes to.
 *
 * @param in whether standard input is a terminal
 * @param out whether standard output is a terminal
 * @param err whether standard error is a terminal
 * @param colour whether terminals get colours
 * @param columns how wide a line may be
 */
record Terminal(boolean in, boolean out, boolean err, boolean colour, int columns) {
  /** Neither stream is one. */
  static final Terminal NONE = new Terminal(false, false, false, false, 80);

  private static final int USUAL_COLUMNS = 80;

  /**
   * Looks at the streams of this process and at {@code NO_COLOR}, {@code TERM} and {@code COLUMNS}.
   */
  static Terminal find(Map<String, String> env) {
    boolean colour = env.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(env.get("TERM"));
    return new Terminal(is(0, env), is(1, env), is(2, env), colour, columns(env));
  }

  /**
   * Java can't tell for one stream, so the launcher does; without it, Linux's view of the process
   * is asked.
   */
  private static boolean is(int descriptor, Map<String, String> env) {
    String told = env.get("ERRATA_TERMINALS");
    if (told != null) {
      return told.contains(Integer.toString(descriptor));
    }
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static int columns(Map<String, String> env) {
    String columns = env.getOrDefault("COLUMNS", "");
    return columns.matches("[1-9][0-9]{1,3}")
        ? Math.max(40, Integer.parseInt(columns))
        : USUAL_COLUMNS;
  }
}
