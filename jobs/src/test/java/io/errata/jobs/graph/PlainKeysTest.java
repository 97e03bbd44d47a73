package io.errata.jobs.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Position;
import io.errata.api.RowSchema;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.PackedEvents;
import io.errata.jobs.aggregate.IntegerFold;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainKeysTest {
  private static final RowSchema PAYLOAD = FoldTableTest.SCHEMA.payloadSchema();
  private static final IntegerFold FOLD = new IntegerFold(List.of("user_id", "shop"), List.of());
  private static final TableColumn USER = column("user_id", Storage.TEXT, 0);
  private static final TableColumn SHOP = column("shop", Storage.INT64, 0);

  private final PackedEvents packed = new PackedEvents(FoldTableTest.SCHEMA, List.of("file"));

  @ParameterizedTest
  @ValueSource(strings = {"", "u1", "a b~", "\u0001", "\u007f"})
  void asciiText_andNumberAreStorable(String user) throws IOException {
    PlainKeys keys = PlainKeys.of(FOLD, PAYLOAD, List.of(USER, SHOP), KeySelection.ALL);
    assertThat(areStorable(keys, user, Long.MIN_VALUE)).isTrue();
    assertThat(USER.conform(user)).isEqualTo(user);
    assertThat(SHOP.conform(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void whatMayHaveToBeRefused_isNotKnownToBeStorable() throws IOException {
    PlainKeys keys = PlainKeys.of(FOLD, PAYLOAD, List.of(USER, SHOP), KeySelection.ALL);
    assertThat(areStorable(keys, "nul \0", 1L)).isFalse();
    assertThat(areStorable(keys, "ü", 1L)).isFalse();
    assertThat(areStorable(keys, null, 1L)).isFalse();
    assertThat(areStorable(keys, "u", null)).isFalse();
  }

  @Test
  void columnsThatChangeOrRefuseValues_areNotKnownToStoreThem() throws IOException {
    for (TableColumn column :
        List.of(
            column("user_id", Storage.TEXT, 10),
            column("user_id", Storage.PADDED_TEXT, 0),
            column("user_id", Storage.UUID, 0))) {
      PlainKeys keys = PlainKeys.of(FOLD, PAYLOAD, List.of(column, SHOP), KeySelection.ALL);
      assertThat(areStorable(keys, "u", 1L)).as(column.storage().name()).isFalse();
    }
    TableColumn small = column("shop", Storage.INT32, 0);
    PlainKeys keys = PlainKeys.of(FOLD, PAYLOAD, List.of(USER, small), KeySelection.ALL);
    assertThat(areStorable(keys, "u", 1L)).isFalse();
  }

  @Test
  void keysThatMayNotBeSelected_areLookedAt() throws IOException {
    KeySelection some = KeySelection.of(List.of("another"));
    assertThat(areStorable(PlainKeys.of(FOLD, PAYLOAD, List.of(USER, SHOP), some), "u", 1L))
        .isFalse();
  }

  private boolean areStorable(PlainKeys keys, @Nullable String user, @Nullable Long shop)
      throws IOException {
    EventRecord event =
        new EventRecord(
            PAYLOAD,
            "e",
            Instant.EPOCH,
            "",
            new Object[0],
            new Object[] {7L, user, shop},
            new Position("file", 0),
            null);
    DataOutputSerializer out = new DataOutputSerializer(64);
    packed.write(event, out);
    int[] places = new int[PAYLOAD.size()];
    byte[] bytes = out.getCopyOfBuffer();
    packed.locate(bytes, 0, places);
    return keys.areStorable(bytes, places);
  }

  private static TableColumn column(String name, Storage storage, int length) {
    return new TableColumn(name, storage, "any", 0, 0, length, false, Origin.WRITTEN);
  }
}
