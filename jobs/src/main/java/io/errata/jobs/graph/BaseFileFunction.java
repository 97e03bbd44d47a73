package io.errata.jobs.graph;

import io.errata.api.Row;
import io.errata.connectors.archive.ParquetSnapshot;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.TableDescription;
import java.util.List;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Reads the rows that running rows start from out of files, given the place of a part in the list
 * of all.
 */
final class BaseFileFunction implements FlatMapFunction<Long, KeyedRecord> {
  private static final long serialVersionUID = 1;

  private final List<ParquetSnapshot.Part> parts;
  private final TableDescription table;

  BaseFileFunction(List<ParquetSnapshot.Part> parts, TableDescription table) {
    this.parts = List.copyOf(parts);
    this.table = table;
  }

  @Override
  public void flatMap(Long part, Collector<KeyedRecord> out) {
    ParquetSnapshot.read(
        parts.get(Math.toIntExact(part)), table.values(), row -> out.collect(keyed(row)));
  }

  private KeyedRecord keyed(Row row) {
    Row stored = table.conform(row);
    return new KeyedRecord.Base(
        CanonicalForm.of(stored, table.key()),
        stored.project(table.key()),
        stored.project(table.compare()));
  }
}
