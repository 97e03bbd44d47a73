package io.errata.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What Jazzer calls: one target, which its argument names; or, without one, all of them, and then
 * the first byte of an input says which.
 */
public final class FuzzedTarget {
  private static Target[] targets = Target.values();

  private FuzzedTarget() {}

  /** Chooses the targets, and reads their seeds so that no input is charged for loading classes. */
  public static void fuzzerInitialize(String[] args) throws IOException {
    targets = args.length == 0 ? Target.values() : new Target[] {Target.of(args[0])};
    for (Target target : targets) {
      for (Path seed : target.seeds()) {
        try {
          target.read(Files.readAllBytes(seed));
        } catch (Exception | AssertionError e) {
          continue; // it is found again as an input
        }
      }
    }
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    if (targets.length == 1) {
      targets[0].read(input);
    } else if (input.length > 0) {
      targets[(input[0] & 0xFF) % targets.length].read(Arrays.copyOfRange(input, 1, input.length));
    }
  }
}
