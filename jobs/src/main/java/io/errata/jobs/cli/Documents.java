package io.errata.jobs.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.errata.api.Bytes;
import io.errata.api.Row;
import io.errata.jobs.plan.EventComparison;
import io.errata.jobs.report.ChangeSummary;
import io.errata.jobs.report.RankedCorrection;
import io.errata.state.plan.EffectEntry;
import io.errata.state.plan.PlanManifest;
import io.errata.state.plan.PlanManifest.ChosenSource;
import io.errata.state.plan.QuarantineEntry;
import io.errata.state.table.LedgerEntry;
import io.errata.state.table.WriteCounts;
import io.errata.state.table.WriteResult;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the verbs say in JSON; {@code docs/json} holds a schema of each document. */
final class Documents {
  private Documents() {}

  /** What {@code plan} says. */
  static void plan(ObjectNode document, PlanManifest manifest, String directory) {
    document.put("plan", manifest.plan());
    document.put("directory", directory);
    PlanManifest.EventCounts events = manifest.events();
    document
        .putObject("events")
        .put("read", events.read())
        .put("in_window", events.inWindow())
        .put("filtered", events.filtered())
        .put("duplicates", events.duplicates())
        .put("rejected", events.rejected())
        .put("used", events.used());
    PlanManifest.RowCounts rows = manifest.rows();
    document
        .putObject("rows")
        .put("recomputed", rows.recomputed())
        .put("live", rows.live())
        .put("equal", rows.equal())
        .put("insert", rows.insert())
        .put("update", rows.update())
        .put("delete", rows.delete())
        .put("quarantined", rows.quarantined());
    ObjectNode coverage =
        document.putObject("coverage").put("complete", manifest.coverage().complete());
    ArrayNode gaps = coverage.putArray("gaps");
    manifest
        .coverage()
        .gaps()
        .forEach(gap -> gaps.addObject().put("input", gap.input()).put("reason", gap.reason()));
    if (!manifest.coverage().sources().isEmpty()) {
      ArrayNode sources = coverage.putArray("sources");
      for (ChosenSource source : manifest.coverage().sources()) {
        ObjectNode node = sources.addObject().put("source", source.source());
        node.put("read", source.from().isPresent());
        source.from().ifPresent(from -> node.put("from", from.toString()));
        source.to().ifPresent(to -> node.put("to", to.toString()));
        node.put("reason", source.reason());
      }
    }
    document.putObject("effects").put("suppressed", manifest.suppressedEffects());
    limits(document, manifest);
    ObjectNode seconds = document.putObject("seconds");
    manifest.seconds().forEach(seconds::put);
  }

  /** What {@code verify --events} found. */
  static void sources(ObjectNode node, EventComparison found) {
    node.put("same", found.isSame());
    node.putObject("window")
        .put("from", found.window().from().toString())
        .put("to", found.window().to().toString());
    side(node.putObject("archive"), found.archive());
    side(node.putObject("kafka"), found.kafka());
    ArrayNode gaps = node.putArray("gaps");
    found
        .gaps()
        .forEach(gap -> gaps.addObject().put("input", gap.input()).put("reason", gap.reason()));
    node.put("hours", found.hours());
    ArrayNode differences = node.putArray("differences");
    for (EventComparison.Hour hour : found.differences()) {
      differences
          .addObject()
          .put("hour", hour.start().toString())
          .put("archive", hour.archive().count())
          .put("kafka", hour.kafka().count())
          .put("only_in_archive", hour.onlyInArchive())
          .put("only_in_kafka", hour.onlyInKafka())
          .put("different", hour.different())
          .put("archive_digest", hour.archive().toString())
          .put("kafka_digest", hour.kafka().toString());
    }
  }

  private static void side(ObjectNode node, EventComparison.Side side) {
    node.put("source", side.name())
        .put("read", side.read())
        .put("filtered", side.filtered())
        .put("rejected", side.rejected())
        .put("duplicates", side.duplicates())
        .put("events", side.events().count())
        .put("digest", side.events().toString());
  }

  /** What of a plan {@code show} says beyond that. */
  static void show(ObjectNode document, PlanManifest manifest) {
    document.put("name", manifest.name());
    PlanManifest.WindowSection window = manifest.window();
    ObjectNode windowNode =
        document
            .putObject("window")
            .put("from", window.from().toString())
            .put("to", window.to().toString())
            .put("requested_from", window.requestedFrom().toString())
            .put("requested_to", window.requestedTo().toString());
    window.reason().ifPresent(reason -> windowNode.put("reason", reason));
    document.put("worker", manifest.worker().identity());
    manifest.retry().ifPresent(retry -> document.put("retry_of", retry.plan()));
    document.put("table", manifest.table().description().name());
    document.put("created_at", manifest.createdAt().toString());
    ArrayNode warnings = document.putArray("warnings");
    manifest.warnings().forEach(warnings::add);
  }

  static void limits(ObjectNode document, PlanManifest manifest) {
    ArrayNode limits = document.putArray("limits");
    manifest
        .limits()
        .forEach(
            hit ->
                limits
                    .addObject()
                    .put("limit", hit.limit())
                    .put("allowed", hit.allowed())
                    .put("found", hit.found())
                    .put("message", hit.message()));
  }

  static void corrections(ArrayNode list, List<RankedCorrection> corrections, List<String> key) {
    for (RankedCorrection ranked : corrections) {
      ObjectNode node = list.addObject();
      var before = ChangeSummary.before(ranked.correction());
      var after = ChangeSummary.after(ranked.correction());
      node.put("action", before.isEmpty() ? "insert" : after.isEmpty() ? "delete" : "update");
      row(node.putObject("key"), ranked.correction().key(key));
      before.ifPresentOrElse(
          row -> row(node.putObject("before"), row), () -> node.putNull("before"));
      after.ifPresentOrElse(row -> row(node.putObject("after"), row), () -> node.putNull("after"));
    }
  }

  static void quarantine(ArrayNode list, QuarantineEntry entry) {
    list.addObject()
        .put("key", entry.key())
        .put("event", entry.eventId())
        .put("source", entry.source())
        .put("offset", entry.offset())
        .put("reason", entry.reason());
  }

  static void effect(ArrayNode list, EffectEntry entry) {
    list.addObject()
        .put("key", entry.key())
        .put("event", entry.eventId())
        .put("worker", entry.worker())
        .put("kind", entry.kind())
        .put("target", entry.target());
  }

  /** What {@code apply} and {@code rollback} say. */
  static void write(ObjectNode document, String plan, WriteResult result) {
    document.put("plan", plan);
    document.put("outcome", result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    rows(document, result.counts());
    result
        .ledger()
        .ifPresentOrElse(id -> document.put("ledger", id), () -> document.putNull("ledger"));
    readback(document, result);
    if (result.counts().conflicts() > 0) {
      ArrayNode conflicts = document.putArray("conflicts");
      result
          .conflicts()
          .forEach(c -> conflicts.addObject().put("key", c.key()).put("reason", c.reason()));
    }
  }

  /** What {@code apply} says where a limit keeps it from beginning. */
  static void refused(ObjectNode document, PlanManifest manifest) {
    document.put("plan", manifest.plan());
    document.put("outcome", "refused");
    rows(document, WriteCounts.NONE);
    document.putNull("ledger");
    document.putNull("readback");
    limits(document, manifest);
  }

  private static void rows(ObjectNode document, WriteCounts counts) {
    document
        .putObject("rows")
        .put("insert", counts.inserted())
        .put("update", counts.updated())
        .put("delete", counts.deleted())
        .put("conflict", counts.conflicts());
  }

  private static void readback(ObjectNode document, WriteResult result) {
    if (result.outcome() != WriteResult.Outcome.APPLIED) {
      document.putNull("readback");
    } else if (result.readback().differing().isEmpty()) {
      document.put("readback", "verified");
    } else {
      ArrayNode differing = document.putObject("readback").putArray("differing");
      result.readback().differing().forEach(differing::add);
    }
  }

  static void ledger(ArrayNode list, LedgerEntry entry) {
    ObjectNode node =
        list.addObject()
            .put("ledger", entry.id())
            .put("plan", entry.plan())
            .put("action", entry.action().name().toLowerCase(Locale.ROOT))
            .put("table", entry.table())
            .put("worker", entry.worker())
            .put("from", entry.from().toString())
            .put("to", entry.to().toString());
    rows(node, entry.counts());
    node.put("written_at", entry.writtenAt().toString()).put("written_by", entry.writtenBy());
  }

  private static void row(ObjectNode node, Row row) {
    for (int i = 0; i < row.schema().size(); i++) {
      value(node, row.schema().columns().get(i).name(), row.value(i));
    }
  }

  /** Numbers that a reader's double would round, and all that JSON has no type for, are texts. */
  private static void value(ObjectNode node, String name, @Nullable Object value) {
    if (value == null) {
      node.putNull(name);
    } else if (value instanceof Boolean truth) {
      node.put(name, truth);
    } else if (value instanceof Integer number) {
      node.put(name, number);
    } else if (value instanceof Long number
        && Math.abs(number) <= 1L << 53
        && number != Long.MIN_VALUE) {
      node.put(name, number);
    } else if (value instanceof Double number && Double.isFinite(number)) {
      node.put(name, number);
    } else if (value instanceof BigDecimal decimal) {
      node.put(name, decimal.toString());
    } else if (value instanceof Bytes bytes) {
      node.put(name, bytes.toHex());
    } else {
      node.put(name, value.toString());
    }
  }
}
