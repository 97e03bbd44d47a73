package io.errata.connectors.read;

import io.errata.connectors.ReadRate;
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
  private final PaceShares shares;

  FixedSplitEnumerator(
      SplitEnumeratorContext<ReadSplit> context, List<ReadSplit> splits, ReadRate rate) {
    this.context = context;
    this.remaining = new ArrayDeque<>(splits);
    this.shares = new PaceShares(rate, this::tell);
  }

  private void tell(int reader, PaceChange change) {
    if (context.registeredReaders().containsKey(reader)) {
      context.sendEventToSourceReader(reader, change);
    }
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
      shares.end(subtask);
    } else {
      context.assignSplit(next, subtask);
    }
  }

  @Override
  public void addSplitsBack(List<ReadSplit> splits, int subtask) {
    splits.forEach(remaining::addFirst);
    shares.end(subtask);
  }

  @Override
  public void addReader(int subtask) {
    shares.begin(subtask);
  }

  @Override
  public List<ReadSplit> snapshotState(long checkpoint) {
    return List.copyOf(remaining);
  }

  @Override
  public void close() {}
}
