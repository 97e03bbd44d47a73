package io.errata.jobs.aggregate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.Bucket;
import io.errata.api.Column;
import io.errata.api.RowSchema;
import io.errata.state.table.TableDescription;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A declared worker's spec, checked and bound to a table and to events.
 *
 * @param templateColumns in an order in which each comes behind those that it holds
 * @param printedColumns the columns that templates hold, but for other templates
 * @param canonicalTexts for each column its expression in a form that doesn't depend on how it was
 *     written
 * @param ordered whether the result depends on the order of events
 */
record AggregateDefinition(
    List<KeyColumn> key,
    RowSchema keySchema,
    RowSchema columnSchema,
    RowSchema reads,
    Optional<Bucket> bucket,
    List<EventColumn> eventColumns,
    List<TemplateColumn> templateColumns,
    List<PrintedColumn> printedColumns,
    Map<String, String> canonicalTexts,
    boolean ordered) {

  static AggregateDefinition of(AggregateSpec spec, TableDescription table, EventFacts facts) {
    return new AggregateBinder(spec, table, facts).bind();
  }

  /**
   * The finest of several: a window of whole finer buckets cuts no row of a key that holds a
   * coarser one as well.
   */
  static Optional<Bucket> finest(List<Bucket> buckets) {
    return buckets.stream().min(Comparator.comparing(Bucket::unit));
  }

  String toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode keys = json.putObject("key");
    keySchema.names().stream().sorted().forEach(name -> keys.put(name, canonicalTexts.get(name)));
    ObjectNode columns = json.putObject("columns");
    new TreeMap<>(canonicalTexts)
        .forEach(
            (name, text) -> {
              if (!keySchema.has(name)) {
                columns.put(name, text);
              }
            });
    return json.toString();
  }

  static RowSchema schema(List<String> names, TableDescription table) {
    return RowSchema.of(
        names.stream().map(name -> new Column(name, table.column(name).type())).toList());
  }
}
