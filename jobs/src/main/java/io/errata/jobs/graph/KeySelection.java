package io.errata.jobs.graph;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of the live table a plan is about; all others are neither compared nor corrected, and
 * bar nothing. It is part of the job, and in the memory of each task.
 */
public final class KeySelection implements Serializable {
  private static final long serialVersionUID = 1;

  /** Every key. */
  public static final KeySelection ALL = new KeySelection(null);

  private final @Nullable Set<String> forms;

  private KeySelection(@Nullable Set<String> forms) {
    this.forms = forms;
  }

  /** These keys, by their canonical forms. */
  public static KeySelection of(Collection<String> forms) {
    return new KeySelection(new HashSet<>(forms));
  }

  /** The keys that are in both. */
  public KeySelection and(KeySelection other) {
    if (forms == null) {
      return other;
    }
    if (other.forms == null) {
      return this;
    }
    Set<String> both = new HashSet<>(forms);
    both.retainAll(other.forms);
    return new KeySelection(both);
  }

  public boolean isAll() {
    return forms == null;
  }

  /** Whether the plan is about the key of a canonical form. */
  boolean includes(String form) {
    return forms == null || forms.contains(form);
  }
}
