package io.errata.jobs.graph;

import java.nio.charset.StandardCharsets;

/**
 * The number by which ids and keys are spread over tasks and sorted: cheaper than texts, whose
 * beginnings are often the same. Two texts may have one number, so whoever reads the sorted records
 * tells them apart.
 */
final class SortKey {
  private static final long SEED = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private SortKey() {}

  /**
   * The same for equal texts, on every machine: FNV-1a over the UTF-16 code units, with the finish
   * of SplitMix64.
   */
  static long of(String text) {
    long hash = SEED;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return finish(hash);
  }

  /** That of the text that some bytes are in UTF-8. */
  static long ofUtf8(byte[] bytes, int offset, int length) {
    long hash = SEED;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] < 0) {
        return of(new String(bytes, offset, length, StandardCharsets.UTF_8));
      }
      hash = (hash ^ bytes[i]) * PRIME;
    }
    return finish(hash);
  }

  private static long finish(long mixed) {
    long hash = mixed;
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }
}
