package io.errata.connectors.kafka;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.event.RawEvent;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.format.Utf8;
import io.errata.connectors.kafka.KafkaField.Kind;
import io.errata.connectors.kafka.RecordFormat.Part;
import io.errata.connectors.read.Conversion;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records that were fetched. Where a value can't be decoded, its fields say so one by one,
 * so that what Kafka itself tells, such as the key, is known all the same.
 *
 * <p>A tombstone (a null value) has no fields. Who asks for {@code kafka.tombstone} gets an event
 * whose fields are null as far as the key doesn't have them, whose time is the record's timestamp,
 * and whose id is its position; for anybody else the fields can't be decoded.
 */
final class KafkaRow implements RowDecoder {
  private static final Unreadable TOMBSTONE =
      new Unreadable(
          "the value is null (a tombstone), and neither worker nor filter asks for kafka.tombstone");

  /** A place in the row, and which of Kafka's own fields belongs there. */
  private record Own(int ordinal, KafkaField field, boolean asBytes) {}

  private final FieldPlan plan;
  private final List<Own> own = new ArrayList<>();
  private final int[] valueOrdinals;
  private final int[] keyOrdinals;
  private final @Nullable RecordDecoder value;
  private final @Nullable RecordDecoder key;
  // The key's fields under the names of the value's.
  private final @Nullable RecordDecoder keyOfTombstone;
  // The event's time alone, where the value has it; null where Kafka's own fields do.
  private final @Nullable RecordDecoder timeOfValue;
  private final EarlyConditions early;
  private final boolean readsTombstones;
  private final @Nullable Object[] values;

  private @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> pending;
  private @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> current;

  // Whether nothing of the value could be decoded.
  private boolean opaque;

  private boolean unwanted;

  /**
   * @param keyFormat null where keys are text
   * @param condition which events are wanted
   */
  KafkaRow(
      FieldPlan plan,
      RecordFormat valueFormat,
      @Nullable RecordFormat keyFormat,
      Optional<Condition> condition) {
    this.plan = plan;
    this.early = EarlyConditions.of(plan, condition);
    this.values = new @Nullable Object[plan.size()];
    List<String> valuePaths = new ArrayList<>();
    List<String> keyPaths = new ArrayList<>();
    List<Integer> ofValue = new ArrayList<>();
    List<Integer> ofKey = new ArrayList<>();
    boolean tombstones = false;
    for (int i = 0; i < plan.size(); i++) {
      String path = plan.paths().get(i);
      Optional<KafkaField> field = KafkaField.of(path);
      if (field.isEmpty()) {
        valuePaths.add(path);
        ofValue.add(i);
      } else if (field.get().kind() == Kind.KEY_FIELD) {
        keyPaths.add(field.get().name());
        ofKey.add(i);
      } else {
        boolean asBytes = plan.typesOf(path).equals(Set.of(ColumnType.BYTES));
        own.add(new Own(i, field.get(), asBytes));
        tombstones |= field.get().kind() == Kind.TOMBSTONE;
      }
    }
    this.readsTombstones = tombstones;
    this.valueOrdinals = ofValue.stream().mapToInt(Integer::intValue).toArray();
    this.keyOrdinals = ofKey.stream().mapToInt(Integer::intValue).toArray();
    this.value = valuePaths.isEmpty() ? null : valueFormat.open(plan, valuePaths, Part.VALUE);
    this.timeOfValue =
        KafkaField.of(plan.schema().time()).isPresent()
            ? null
            : valueFormat.open(plan, List.of(plan.schema().time()), Part.VALUE);
    this.key =
        keyFormat == null || keyPaths.isEmpty() ? null : keyFormat.open(plan, keyPaths, Part.KEY);
    this.keyOfTombstone =
        keyFormat == null || !tombstones || valuePaths.isEmpty()
            ? null
            : keyFormat.open(plan, valuePaths, Part.KEY);
  }

  /** What {@link #next()} moves to. */
  void take(ConsumerRecord<ByteBuffer, ByteBuffer> fetched) {
    pending = fetched;
  }

  @Override
  public boolean next() throws IOException {
    @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> from = pending;
    if (from == null) {
      return false;
    }
    pending = null;
    current = from;
    opaque = false;
    unwanted = false;
    if (from.value() == null) {
      decodeTombstone(from);
      decodeOwn(from);
      return true;
    }
    decodeOwn(from);
    if (early.refuse(values) && decodeTime(from)) {
      unwanted = true;
    } else {
      opaque = !decode(value, valueOrdinals, from.value(), from, "value");
    }
    return true;
  }

  /**
   * Whether the record can't be wanted, by Kafka's own fields. Of its value then only {@link
   * #time()} is known, which is one.
   */
  boolean isUnwanted() {
    return unwanted;
  }

  /**
   * The event's time alone; false where it isn't known, so that all of the value has to be seen.
   */
  private boolean decodeTime(ConsumerRecord<ByteBuffer, ByteBuffer> from) throws IOException {
    if (timeOfValue != null) {
      ByteBuffer bytes = onHeap(from.value());
      if (timeOfValue.decode(bytes.array(), start(bytes), bytes.remaining(), from) != null) {
        return false;
      }
      values[plan.time()] = timeOfValue.values()[0];
    }
    return Conversion.time(values[plan.time()], plan.schema().timeUnit(), plan.schema().zone())
        instanceof Instant;
  }

  /** The fields of the key, and those that Kafka itself has. */
  private void decodeOwn(ConsumerRecord<ByteBuffer, ByteBuffer> from) throws IOException {
    if (keyOrdinals.length > 0) {
      if (from.key() == null) {
        fill(keyOrdinals, null);
      } else {
        decode(key, keyOrdinals, from.key(), from, "key");
      }
    }
    for (Own each : own) {
      values[each.ordinal()] = valueOf(each, from);
    }
  }

  /** Whether it could be. */
  private boolean decode(
      @Nullable RecordDecoder decoder,
      int[] ordinals,
      ByteBuffer data,
      ConsumerRecord<ByteBuffer, ByteBuffer> from,
      String what)
      throws IOException {
    if (decoder == null) {
      return true;
    }
    ByteBuffer bytes = onHeap(data);
    @Nullable String problem = decoder.decode(bytes.array(), start(bytes), bytes.remaining(), from);
    if (problem != null) {
      fill(ordinals, new Unreadable("the " + what + " can't be decoded (" + problem + ")"));
      return false;
    }
    @Nullable Object[] decoded = decoder.values();
    for (int i = 0; i < ordinals.length; i++) {
      values[ordinals[i]] = decoded[i];
    }
    return true;
  }

  private void decodeTombstone(ConsumerRecord<ByteBuffer, ByteBuffer> from) throws IOException {
    if (!readsTombstones) {
      fill(valueOrdinals, TOMBSTONE);
    } else {
      fill(valueOrdinals, null);
      if (keyOfTombstone != null && from.key() != null) {
        decode(keyOfTombstone, valueOrdinals, from.key(), from, "key");
      }
      if (plan.id() >= 0 && values[plan.id()] == null) {
        values[plan.id()] = from.topic() + "-" + from.partition() + "@" + from.offset();
      }
    }
    @Nullable Object time = values[plan.time()];
    if (KafkaField.of(plan.schema().time()).isEmpty()
        && (time == null || time instanceof Unreadable)) {
      values[plan.time()] = timestamp(from);
    }
  }

  private void fill(int[] ordinals, @Nullable Object with) {
    for (int ordinal : ordinals) {
      values[ordinal] = with;
    }
  }

  private static @Nullable Object valueOf(Own own, ConsumerRecord<ByteBuffer, ByteBuffer> from) {
    return switch (own.field().kind()) {
      case TOPIC -> from.topic();
      case PARTITION -> from.partition();
      case OFFSET -> from.offset();
      case TIMESTAMP -> timestamp(from);
      case TOMBSTONE -> from.value() == null;
      case KEY -> textOrBytes(from.key(), own.asBytes());
      case HEADER -> {
        @Nullable Header header = from.headers().lastHeader(own.field().name());
        byte @Nullable [] bytes = header == null ? null : header.value();
        yield bytes == null ? null : textOrBytes(ByteBuffer.wrap(bytes), own.asBytes());
      }
      case KEY_FIELD -> throw new IllegalStateException("a field of the key has its own decoder");
    };
  }

  /** A copy: an event may be kept for long, and what was fetched with it may not. */
  private static @Nullable Object textOrBytes(@Nullable ByteBuffer data, boolean asBytes) {
    if (data == null) {
      return null;
    }
    ByteBuffer bytes = onHeap(data);
    int start = start(bytes);
    return asBytes
        ? Bytes.of(Arrays.copyOfRange(bytes.array(), start, start + bytes.remaining()))
        : Utf8.decode(bytes.array(), start, bytes.remaining());
  }

  /**
   * The same bytes in an array that can be seen. Kafka's are in one already, unless another way of
   * taking memory for what it fetches is set.
   */
  private static ByteBuffer onHeap(ByteBuffer data) {
    return data.hasArray()
        ? data
        : ByteBuffer.allocate(data.remaining()).put(data.duplicate()).flip();
  }

  /** Where in its array the bytes begin. */
  private static int start(ByteBuffer bytes) {
    return bytes.arrayOffset() + bytes.position();
  }

  private static @Nullable Object timestamp(ConsumerRecord<ByteBuffer, ByteBuffer> from) {
    return from.timestamp() < 0 ? null : Instant.ofEpochMilli(from.timestamp());
  }

  @Override
  public long offset() {
    return current == null ? -1 : current.offset();
  }

  /** None: what can't be decoded says so field by field. */
  @Override
  public @Nullable String rejection() {
    return null;
  }

  @Override
  public @Nullable Object time() {
    return values[plan.time()];
  }

  @Override
  public void values(@Nullable Object[] target) {
    System.arraycopy(values, 0, target, 0, target.length);
  }

  @Override
  public @Nullable RawEvent raw() {
    @Nullable ConsumerRecord<ByteBuffer, ByteBuffer> from = current;
    if (from == null) {
      return null;
    }
    RawEvent raw = new RawEvent(null, 0, null);
    if (from.value() != null) {
      ByteBuffer bytes = onHeap(from.value());
      raw =
          opaque
              ? RawEvent.whole(bytes.array(), start(bytes), bytes.remaining())
              : RawEvent.head(bytes.array(), start(bytes), bytes.remaining());
    }
    if (from.key() != null) {
      ByteBuffer bytes = onHeap(from.key());
      raw = raw.withKey(bytes.array(), start(bytes), bytes.remaining());
    }
    return raw;
  }

  @Override
  public int size() {
    return current == null
        ? 0
        : Math.max(0, current.serializedKeySize()) + Math.max(0, current.serializedValueSize());
  }

  /** Forgets what was walked over, so that no large value is held. */
  void clear() {
    pending = null;
    current = null;
    Arrays.fill(values, null);
  }

  @Override
  public void close() throws IOException {
    try (RecordDecoder first = value;
        RecordDecoder second = key;
        RecordDecoder third = keyOfTombstone;
        RecordDecoder fourth = timeOfValue) {
      clear();
    }
  }
}
