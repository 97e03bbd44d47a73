package io.errata.connectors.read;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;

/** Hands out splits in their order to whichever reader asks first. */
final class FixedSplitEnumerator implements SplitEnumerator<ReadSplit, List<ReadSplit>> {
  private final SplitEnumeratorContext<ReadSplit> context;
  private final Deque<ReadSplit> remaining;

  FixedSplitEnumerator(SplitEnumeratorContext<ReadSplit> context, List<ReadSplit> splits) {
    this.context = context;
    this.remaining = new ArrayDeque<>(splits);
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    if (!context.registeredReaders().containsKey(subtask)) {
      return; // it failed between asking and now
    }
    ReadSplit next = remaining.poll();
    if (next == null) {
      context.signalNoMoreSplits(subtask);
    } else {
      context.assignSplit(next, subtask);
    }
  }

  @Override
  public void addSplitsBack(List<ReadSplit> splits, int subtask) {
    splits.forEach(remaining::addFirst);
  }

  @Override
  public void addReader(int subtask) {}

  @Override
  public List<ReadSplit> snapshotState(long checkpoint) {
    return List.copyOf(remaining);
  }

  @Override
  public void close() {}
}
