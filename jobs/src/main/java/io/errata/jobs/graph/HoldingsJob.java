package io.errata.jobs.graph;

import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * The topology that compares what Kafka and the archive hold. Its result is the accumulator {@link
 * HoldingsAccumulator#NAME}.
 *
 * <pre>
 * events of both ──► receipts ──by id──► compare by hour
 * </pre>
 */
public final class HoldingsJob {
  private final EventSchema events;
  private final ResolvedWindow window;
  private final Set<String> partitions;
  private final ReadRate rate;

  /**
   * @param window both
   * @param partitions which of its inputs are Kafka's
   * @param rate how fast both together may be read
   */
  public HoldingsJob(
      EventSchema events, ResolvedWindow window, Set<String> partitions, ReadRate rate) {
    this.events = events;
    this.window = window;
    this.partitions = new TreeSet<>(partitions);
    this.rate = rate;
  }

  /** Adds the topology to an environment. */
  public void build(StreamExecutionEnvironment env) {
    TypeInformation<SourceRecord> type = SourceRecordTypeInfo.of(events);
    env.fromSource(window.source(rate), WatermarkStrategy.noWatermarks(), "events", type)
        .uid("events")
        .transform("receipts", type, new HoldingsIntakeOperator())
        .uid("receipts")
        .keyBy(record -> SortKey.of(((EventRecord) record).id()), Types.LONG)
        .transform("compare by hour", Types.LONG, new HoldingsOperator(events, partitions))
        .uid("compare")
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .uid("end");
  }
}
