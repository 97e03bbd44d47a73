package io.errata.jobs.graph;

import io.errata.jobs.sort.PackedRecords;

/**
 * Many records that go to one task together, so that moving them costs little: {@link
 * PackedRecords}, one behind the other.
 *
 * @param task that they go to, from 0
 * @param bytes not to be changed
 * @param length of what is used of the array
 */
@SuppressWarnings("ArrayRecordComponent")
record RecordBlock(int task, byte[] bytes, int length) {
  /** The task that a record of some hash goes to: by other bits than those that it is sorted by. */
  static int task(long hash, int tasks) {
    return (int) (((hash & 0xFFFFFFFFL) * tasks) >>> 32);
  }
}
