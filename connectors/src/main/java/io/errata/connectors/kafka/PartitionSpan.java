package io.errata.connectors.kafka;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What is read of one partition.
 *
 * @param topicId tells the topic from a later one of the same name
 */
record PartitionSpan(
    TopicPartition partition, Uuid topicId, OffsetRange range, SlackBounds bounds) {
  String name() {
    return partition.toString();
  }
}
