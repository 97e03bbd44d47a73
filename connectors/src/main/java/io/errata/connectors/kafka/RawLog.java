package io.errata.connectors.kafka;

import io.errata.api.ErrataException;
import io.errata.connectors.kafka.KafkaOptions.Isolation;
import io.errata.connectors.read.ReadPace;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a log as the brokers keep it, in batches, to find out why some of its offsets gave no
 * record: there may be a transaction's marker, or a record of a transaction that was aborted.
 *
 * <p>Kafka's consumer skips these and doesn't tell, and no other public client shows them: so this
 * is built on the classes that the consumer itself is built on, which Kafka doesn't promise to
 * keep. Not thread-safe.
 */
final class RawLog implements Closeable {
  private static final int ANSWER_MILLIS = 5_000;
  private static final int FETCH_WAIT_MILLIS = 500;
  private static final int IDLE_MILLIS = 60_000;

  /** Where holes are this near to each other, a large piece holds several of them. */
  private static final long NEAR = 2_000;

  private static final int LARGE_PIECE = 1 << 20;
  private static final int SMALL_PIECE = 16 << 10;

  private final KafkaOptions options;
  private final Metrics metrics = new Metrics();
  private final NetworkClient client;

  RawLog(KafkaOptions options) {
    this.options = options;
    ConsumerConfig config = new ConsumerConfig(KafkaProperties.consumer(options));
    LogContext log = new LogContext("[errata-log] ");
    client =
        new NetworkClient(
            new Selector(
                IDLE_MILLIS,
                metrics,
                Time.SYSTEM,
                "errata-log",
                ClientUtils.createChannelBuilder(config, Time.SYSTEM, log),
                log),
            new ManualMetadataUpdater(),
            "errata-log",
            1,
            config.getLong(ConsumerConfig.RECONNECT_BACKOFF_MS_CONFIG),
            config.getLong(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG),
            config.getInt(ConsumerConfig.SEND_BUFFER_CONFIG),
            config.getInt(ConsumerConfig.RECEIVE_BUFFER_CONFIG),
            ANSWER_MILLIS,
            config.getLong(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG),
            config.getLong(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG),
            Time.SYSTEM,
            true,
            new ApiVersions(),
            log,
            MetadataRecoveryStrategy.NONE);
  }

  /** Offsets that belong together, and whether it is known why they gave no record. */
  private record Run(long first, long end, boolean explained) {}

  /**
   * Leaves out what has a reason.
   *
   * @param holes stretches that gave no record, in their order
   * @param leader where the partition is read
   * @return what is left of them, in their order
   * @throws ErrataException UNAVAILABLE where the broker doesn't answer, or no longer leads
   */
  List<OffsetRange> unexplained(
      TopicPartition partition, Uuid topic, Node leader, List<OffsetRange> holes, ReadPace pace) {
    int piece = Math.min(pace.piece(), pieceFor(holes));
    List<OffsetRange> left = new ArrayList<>();
    List<Run> runs = List.of();
    int next = 0;
    for (OffsetRange hole : holes) {
      long at = hole.first();
      while (at < hole.end()) {
        while (next < runs.size() && runs.get(next).end() <= at) {
          next++;
        }
        if (next == runs.size()) {
          Optional<List<Run>> fetched = fetch(partition, topic, leader, at, piece, pace);
          if (fetched.isEmpty()) {
            left.add(new OffsetRange(at, hole.end()));
            break;
          }
          runs = fetched.get();
          next = 0;
          continue;
        }
        Run run = runs.get(next);
        long end = Math.min(hole.end(), run.first() > at ? run.first() : run.end());
        if (run.first() > at || !run.explained()) {
          left.add(new OffsetRange(at, end));
        }
        at = end;
      }
    }
    return left;
  }

  private static int pieceFor(List<OffsetRange> holes) {
    long span = holes.get(holes.size() - 1).end() - holes.get(0).first();
    return span / holes.size() < NEAR ? LARGE_PIECE : SMALL_PIECE;
  }

  /** What the log holds from an offset on; empty where it doesn't have the offset any more. */
  private Optional<List<Run>> fetch(
      TopicPartition partition, Uuid topic, Node leader, long offset, int bytes, ReadPace pace) {
    try {
      if (!NetworkClientUtils.awaitReady(client, leader, Time.SYSTEM, ANSWER_MILLIS)) {
        throw new TimeoutException("no connection to " + leader);
      }
      FetchRequest.Builder request =
          FetchRequest.Builder.forConsumer(
                  ApiKeys.FETCH.latestVersion(),
                  FETCH_WAIT_MILLIS,
                  1,
                  Map.of(
                      partition,
                      new FetchRequest.PartitionData(
                          topic,
                          offset,
                          FetchRequest.INVALID_LOG_START_OFFSET,
                          bytes,
                          Optional.empty())))
              .isolationLevel(
                  options.isolation() == Isolation.READ_COMMITTED
                      ? IsolationLevel.READ_COMMITTED
                      : IsolationLevel.READ_UNCOMMITTED)
              .setMaxBytes(bytes);
      ClientResponse response =
          NetworkClientUtils.sendAndReceive(
              client,
              client.newClientRequest(leader.idString(), request, Time.SYSTEM.milliseconds(), true),
              Time.SYSTEM);
      return runs((FetchResponse) response.responseBody(), pace);
    } catch (IOException e) {
      throw KafkaFailure.unreachable("read " + partition, options, e);
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, "read " + partition, options);
    }
  }

  private static Optional<List<Run>> runs(FetchResponse response, ReadPace pace) {
    if (response.error() != Errors.NONE) {
      throw response.error().exception();
    }
    List<Run> runs = new ArrayList<>();
    for (FetchResponseData.FetchableTopicResponse topic : response.data().responses()) {
      for (FetchResponseData.PartitionData data : topic.partitions()) {
        Errors error = Errors.forCode(data.errorCode());
        if (error == Errors.OFFSET_OUT_OF_RANGE) {
          return Optional.empty();
        }
        if (error != Errors.NONE) {
          throw error.exception();
        }
        pace.bytes(FetchResponse.recordsSize(data));
        for (RecordBatch batch : FetchResponse.recordsOrFail(data).batches()) {
          runs.add(
              new Run(
                  batch.baseOffset(),
                  batch.nextOffset(),
                  batch.isControlBatch() || isAborted(batch, data)));
        }
      }
    }
    if (runs.isEmpty()) {
      throw new TimeoutException("nothing came, although the log has more");
    }
    return Optional.of(runs);
  }

  /** Whether a batch is of a transaction that was aborted, and has a record for each offset. */
  private static boolean isAborted(RecordBatch batch, FetchResponseData.PartitionData data) {
    @Nullable Integer count = batch.countOrNull();
    return batch.isTransactional()
        && count != null
        && count == batch.nextOffset() - batch.baseOffset()
        && data.abortedTransactions() != null
        && data.abortedTransactions().stream()
            .anyMatch(
                aborted ->
                    aborted.producerId() == batch.producerId()
                        && aborted.firstOffset() <= batch.lastOffset());
  }

  @Override
  public void close() {
    try (metrics) {
      client.close();
    }
  }
}
