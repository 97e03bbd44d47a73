package io.errata.jobs.graph;

/**
 * The number by which ids and keys are spread over tasks and sorted: cheaper than texts, whose
 * beginnings are often the same. Two texts may have one number, so whoever reads the sorted records
 * tells them apart.
 */
final class SortKey {
  private SortKey() {}

  /**
   * The same for equal texts, on every machine: FNV-1a over the UTF-16 code units, with the finish
   * of SplitMix64.
   */
  static long of(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }
}
