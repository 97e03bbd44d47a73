package io.errata.connectors.kafka;

import io.errata.connectors.InputPart;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.FieldPlan;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;

/**
 * How the bytes of a record's value, or of its key, become fields: the place where a format plugs
 * in. What the fields mean is settled behind it, by {@link io.errata.connectors.read.Conversion}
 * and {@link io.errata.connectors.read.EventAssembler}, for Kafka as for files: a decoder gives
 * values as the format has them, not yet converted.
 *
 * <p>A format travels to the tasks of the job, and so do the secrets that it may hold. Fields of
 * the record itself, such as {@code kafka.offset}, never reach it.
 */
public interface RecordFormat extends Serializable {
  /** Which bytes of a record a format decodes. */
  enum Part {
    KEY,
    VALUE
  }

  /**
   * Fixes what could be another one the next time: the schemas that records are read by. Asked
   * once, before anything else.
   *
   * @param topics all that are read
   * @return a format that stays the same, wherever it travels
   * @throws io.errata.api.ErrataException INVALID_SOURCE or INVALID_SPEC where there is no such
   *     schema; UNAVAILABLE or FORBIDDEN where what holds it can't be asked
   */
  default RecordFormat fixedFor(Collection<String> topics, Part part) {
    return this;
  }

  /** The schemas that were fixed: evidence for the plan. */
  default List<InputPart> schemas() {
    return List.of();
  }

  /**
   * The fields that there are, by a schema, or else by a sample.
   *
   * @param sample some keys, or values, of the topics, oldest first in each partition; may be empty
   * @throws io.errata.api.ErrataException INVALID_SOURCE where there can be no fields; UNAVAILABLE
   *     where what holds the schemas can't be reached
   */
  SourceColumns columns(List<byte[]> sample) throws IOException;

  /**
   * Whether {@link #columns} only tells what a sample has, because records need not have all
   * fields.
   */
  boolean isSampled();

  /**
   * A decoder for one task.
   *
   * @param plan says how numbers are wanted
   * @param paths the fields to decode, dotted, without what leads to the part; in the order of
   *     {@link RecordDecoder#values()}
   */
  RecordDecoder open(FieldPlan plan, List<String> paths, Part part);
}
