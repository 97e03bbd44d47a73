package io.errata.bench;

import io.errata.api.ColumnType;
import io.errata.connectors.InputPart;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventBlock;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.PackedEvents;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.record.JsonRecordFormat;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Reads a window of JSON events from Kafka in one Flink job at parallelism 2, on a cluster in this
 * process that is up before the clock starts, as the consumer of the peer is made before its clock
 * starts. What is timed is all of a window's reading: the offsets are resolved, each record is
 * decoded, checked and packed as a plan in batch execution packs it, and the receipts are confirmed
 * to have come.
 */
public final class WindowReader {
  private static final int PARALLELISM = 2;

  private WindowReader() {}

  /**
   * Reads once and prints events and seconds.
   *
   * @param args brokers, topic
   */
  public static void main(String[] args) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    try (MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(PARALLELISM)
                .build())) {
      cluster.start();
      long begin = System.nanoTime();
      JobExecutionResult result = cluster.executeJobBlocking(job(configuration, args[0], args[1]));
      double seconds = (System.nanoTime() - begin) / 1e9;
      long events = result.getAccumulatorResult("events");
      long receipts = result.getAccumulatorResult("receipts");
      if (receipts == 0) {
        throw new IllegalStateException("Cannot time a read without receipts");
      }
      System.out.printf(Locale.ROOT, "events %d seconds %.3f%n", events, seconds);
    }
  }

  private static JobGraph job(Configuration configuration, String brokers, String topic) {
    EventSchema schema =
        new EventSchema(
            "id",
            "ts",
            TimeUnit.MILLIS,
            "type",
            List.of(),
            List.of(
                new EventField("user", ColumnType.TEXT),
                new EventField("amount", ColumnType.DECIMAL)));
    ResolvedWindow window =
        new KafkaWindowSource(
                KafkaOptions.of(brokers, topic), new JsonRecordFormat(), Optional.empty())
            .resolve(
                new Window(
                    Instant.parse("2024-06-10T00:00:00Z"), Instant.parse("2024-06-11T00:00:00Z")),
                schema,
                Optional.empty());
    if (!window.gaps().isEmpty()) {
      throw new IllegalStateException("Cannot read all: " + window.gaps());
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    env.setParallelism(PARALLELISM);
    env.fromSource(
            window.source(
                ReadRate.UNLIMITED,
                new PackedEvents(schema, window.inputs().stream().map(InputPart::name).toList())),
            WatermarkStrategy.noWatermarks(),
            "events",
            SourceRecordTypeInfo.of(schema))
        .filter(new Count())
        .sinkTo(new DiscardingSink<>());
    return env.getStreamGraph().getJobGraph();
  }

  /** Counts what comes, and lets nothing through. */
  private static final class Count extends RichFilterFunction<SourceRecord> {
    private static final long serialVersionUID = 1;

    private final LongCounter events = new LongCounter();
    private final LongCounter receipts = new LongCounter();

    @Override
    public void open(OpenContext context) {
      getRuntimeContext().addAccumulator("events", events);
      getRuntimeContext().addAccumulator("receipts", receipts);
    }

    @Override
    public boolean filter(SourceRecord record) {
      if (record instanceof EventBlock block) {
        events.add(block.count());
      } else if (record instanceof EventRecord event) {
        throw new IllegalStateException("Cannot time rejected events: " + event.rejection());
      } else {
        receipts.add(1);
      }
      return false;
    }
  }
}
