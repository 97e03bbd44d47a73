package io.errata.state.plan;

import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.util.List;

/** Live tables for tests. */
final class Tables {
  private Tables() {}

  /** A column of every type, with names that collide with those of a plan's file where they can. */
  static TableDescription everyType() {
    return new TableDescription(
        "public.\"Every.Type\"",
        List.of(
            column("id", Storage.INT64),
            column("key", Storage.TEXT),
            column("truth", Storage.BOOLEAN),
            column("small", Storage.INT16),
            column("op", Storage.INT32),
            new TableColumn(
                "price", Storage.DECIMAL, "numeric(38,4)", 38, 4, 0, true, Origin.WRITTEN),
            column("exact", Storage.DECIMAL),
            column("ratio", Storage.FLOAT64),
            column("before", Storage.TEXT),
            column("a \"quoted\". name 😀", Storage.BYTES),
            column("day", Storage.DATE),
            column("at", Storage.TIMESTAMP),
            column("image", Storage.UUID),
            column("extra", Storage.OTHER)),
        List.of("key", "id"),
        List.of(
            "truth",
            "small",
            "op",
            "price",
            "exact",
            "ratio",
            "before",
            "a \"quoted\". name 😀",
            "day",
            "at",
            "image"));
  }

  static TableDescription totals() {
    return new TableDescription(
        "public.totals",
        List.of(
            column("user_id", Storage.TEXT),
            column("total", Storage.INT64),
            column("note", Storage.OTHER)),
        List.of("user_id"),
        List.of("total"));
  }

  static TableDescription keysOnly() {
    return new TableDescription(
        "public.seen", List.of(column("user_id", Storage.TEXT)), List.of("user_id"), List.of());
  }

  private static TableColumn column(String name, Storage storage) {
    return new TableColumn(name, storage, storage.name(), 0, 0, 0, true, Origin.WRITTEN);
  }
}
