package io.errata.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Jazzer calls: one target, which its argument names. */
public final class FuzzedTarget {
  private static Target target = Target.CSV;

  private FuzzedTarget() {}

  /** Chooses the target, and reads its seeds so that no input is charged for loading classes. */
  public static void fuzzerInitialize(String[] args) throws IOException {
    target = Target.of(args[0]);
    for (Path seed : target.seeds()) {
      try {
        target.read(Files.readAllBytes(seed));
      } catch (Exception | AssertionError e) {
        continue; // it is found again as an input
      }
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    target.read(input);
  }
}
