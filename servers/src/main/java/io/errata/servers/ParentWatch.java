package io.errata.servers;

import java.io.IOException;

/** Ends this process when the one that started it is gone, however that ended. */
final class ParentWatch {
  private ParentWatch() {}

  /** Begins to watch standard input, whose end is that of the parent. */
  static void start() {
    Thread watch = new Thread(ParentWatch::endWithParent, "parent");
    watch.setDaemon(true);
    watch.start();
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes: the end is all that there is to wait for.
        continue;
      }
    } catch (IOException e) {
      // As good as its end.
      System.err.println("Standard input is gone");
    }
    Runtime.getRuntime().halt(0);
  }
}
