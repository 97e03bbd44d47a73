package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;

/**
 * The rule for paths in a {@link PlanStorage}, which manifests written by others must not break.
 */
public final class PlanPath {
  private PlanPath() {}

  /**
   * Returns the path where it stays below its folder: relative, names separated by single {@code
   * /}, none of them empty, {@code .} or {@code ..}, and without backslash, colon and control
   * characters, which file systems read in ways of their own.
   *
   * @throws ErrataException INVALID_PLAN where it doesn't
   */
  public static String check(String path) {
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw refused(path);
      }
    }
    if (path.chars().anyMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c))) {
      throw refused(path);
    }
    return path;
  }

  private static ErrataException refused(String path) {
    return new ErrataException(
        ErrorCode.INVALID_PLAN,
        "Cannot use a path of a plan: "
            + path
            + " (it must be relative and stay below the plan's folder)",
        "Make the plan again: this one was not written by Errata, or was changed.");
  }
}
