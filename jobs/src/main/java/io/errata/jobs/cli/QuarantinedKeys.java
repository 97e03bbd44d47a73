package io.errata.jobs.cli;

import io.errata.state.plan.EntryReader;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.QuarantineEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys that a plan left in quarantine. */
final class QuarantinedKeys {
  /** More than a retry takes, so that memory has a bound. */
  private static final int MOST = 200_000;

  private final boolean all;
  private final Map<String, QuarantineEntry> keyed;
  private final List<QuarantineEntry> unkeyed;

  private QuarantinedKeys(
      boolean all, Map<String, QuarantineEntry> keyed, List<QuarantineEntry> unkeyed) {
    this.all = all;
    this.keyed = keyed;
    this.unkeyed = unkeyed;
  }

  static QuarantinedKeys of(PlanDirectory plan) {
    // By their forms, so that they are listed in one order.
    Map<String, QuarantineEntry> keyed = new TreeMap<>();
    List<QuarantineEntry> unkeyed = new ArrayList<>();
    boolean all = false;
    try (EntryReader<QuarantineEntry> entries = plan.quarantine()) {
      for (Optional<QuarantineEntry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        QuarantineEntry entry = next.get();
        @Nullable String form = entry.keyForm();
        all |= form == null;
        if (form == null && unkeyed.size() < MOST) {
          unkeyed.add(entry);
        } else if (form != null && keyed.size() < MOST) {
          keyed.merge(form, entry, QuarantinedKeys::first);
        }
      }
    }
    return new QuarantinedKeys(all, new LinkedHashMap<>(keyed), unkeyed);
  }

  private static QuarantineEntry first(QuarantineEntry left, QuarantineEntry right) {
    int bySource = left.source().compareTo(right.source());
    return bySource < 0 || (bySource == 0 && left.offset() <= right.offset()) ? left : right;
  }

  boolean isEmpty() {
    return keyed.isEmpty() && !all;
  }

  /** Whether the key of an event was not known, so that no key was corrected. */
  boolean all() {
    return all;
  }

  /** Keys that are known. */
  int count() {
    return keyed.size();
  }

  /** The events without a key, then for each key its first event. */
  List<QuarantineEntry> first() {
    List<QuarantineEntry> entries = new ArrayList<>(unkeyed);
    entries.addAll(keyed.values());
    return entries;
  }

  /** The keys that others have not, as text. */
  List<String> without(QuarantinedKeys others) {
    List<String> left = new ArrayList<>();
    keyed.forEach(
        (form, entry) -> {
          if (!others.keyed.containsKey(form) && entry.key() != null) {
            left.add(entry.key());
          }
        });
    return left;
  }
}
