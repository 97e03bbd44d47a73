package io.errata.connectors.kafka;

import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.event.SplitReceipt.Offsets;
import io.errata.connectors.read.Coverage;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitOpener;
import io.errata.connectors.read.SplitWindow;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** The offsets of a window, fixed. */
final class KafkaWindow implements SplitWindow {
  private final KafkaRead read;
  private final List<PartitionSpan> spans;
  private final List<Gap> gaps;
  private final List<String> warnings;
  private final List<String> doubts;
  private final List<ReadSplit> splits;

  KafkaWindow(
      KafkaRead read, OffsetResolver.Resolved resolved, List<String> warnings, long splitOffsets) {
    this.read = read;
    this.spans = resolved.spans();
    this.gaps = resolved.gaps();
    this.warnings = List.copyOf(warnings);
    this.doubts = doubts(read, resolved);
    this.splits = splits(spans, splitOffsets);
  }

  private static List<String> doubts(KafkaRead read, OffsetResolver.Resolved resolved) {
    List<String> doubts = new ArrayList<>();
    for (String topic : resolved.young()) {
      doubts.add(
          "no record of "
              + topic
              + " is older than "
              + read.window().from().minus(read.options().slackBefore())
              + ", so that nothing shows that events were written to it then already");
    }
    for (String topic : read.compacted()) {
      doubts.add("compaction takes records away from " + topic);
    }
    return List.copyOf(doubts);
  }

  private static List<ReadSplit> splits(List<PartitionSpan> spans, long splitOffsets) {
    List<ReadSplit> splits = new ArrayList<>();
    for (PartitionSpan span : spans) {
      OffsetRange range = span.range();
      for (long first = range.first(); first < range.end(); first += splitOffsets) {
        long count = Math.min(splitOffsets, range.end() - first);
        splits.add(
            new ReadSplit(
                span.name() + "@" + first, span.name(), first, count, first, count, -1, "", false));
      }
    }
    return List.copyOf(splits);
  }

  @Override
  public List<InputPart> inputs() {
    List<InputPart> inputs = new ArrayList<>();
    for (PartitionSpan span : spans) {
      OffsetRange range = span.range();
      inputs.add(
          new InputPart(span.name(), range.first(), range.size(), -1, span.topicId().toString()));
    }
    inputs.addAll(read.valueFormat().schemas());
    RecordFormat keyFormat = read.keyFormat();
    if (keyFormat != null) {
      inputs.addAll(keyFormat.schemas());
    }
    return inputs;
  }

  @Override
  public List<Gap> gaps() {
    return gaps;
  }

  @Override
  public long estimatedEvents() {
    return spans.stream().mapToLong(span -> span.range().size()).sum();
  }

  @Override
  public EventSchema schema() {
    return read.schema();
  }

  @Override
  public List<ReadSplit> splits() {
    return splits;
  }

  @Override
  public SplitOpener opener() {
    return read;
  }

  @Override
  public List<String> doubts() {
    return doubts;
  }

  @Override
  public List<Gap> confirm(List<SplitReceipt> receipts) {
    Set<Gap> found = new LinkedHashSet<>(Coverage.confirm(gaps, splits, receipts));
    found.addAll(changesSince());
    return List.copyOf(found);
  }

  /** What the topics have become while they were read. */
  private List<Gap> changesSince() {
    if (!read.options().offsets().isEmpty()) {
      return List.of();
    }
    List<Gap> changes = new ArrayList<>();
    try (KafkaAdmin admin = KafkaAdmin.connect(read.options())) {
      Map<TopicPartition, Uuid> now = OffsetResolver.partitions(admin.topicsLeft());
      for (PartitionSpan span : spans) {
        now.remove(span.partition());
      }
      if (!now.isEmpty()) {
        OffsetResolver resolver = new OffsetResolver(admin, read.options());
        for (PartitionSpan added : resolver.resolveByTime(now, read.window())) {
          if (added.range().size() > 0) {
            changes.add(
                new Gap(
                    added.name(),
                    "the partition was added while the plan was made, and its "
                        + OffsetResolver.range(added.range().first(), added.range().end())
                        + " may be of the window's time"));
          }
        }
        changes.addAll(resolver.gaps());
      }
    }
    return changes;
  }

  @Override
  public List<String> warnings(List<SplitReceipt> receipts) {
    List<String> found = new ArrayList<>(warnings);
    Map<String, Offsets> bySplit = new TreeMap<>();
    for (SplitReceipt receipt : receipts) {
      @Nullable Offsets offsets = receipt.offsets();
      if (offsets != null) {
        bySplit.put(receipt.split(), offsets);
      }
    }
    long atEdge = bySplit.values().stream().mapToLong(Offsets::atEdge).sum();
    if (atEdge > 0) {
      found.add(
          atEdge
              + " events of the window lay in the outer half of the slack (before it "
              + read.options().slackBefore()
              + ", after it "
              + read.options().slackAfter()
              + "): events further away would not be found. Plan again with a longer events.kafka.slack and see whether there are more.");
    }
    return found;
  }
}
