package dev.aether.server.grpc.requests;

import dev.aether.server.event.FieldViolation;
import dev.aether.server.event.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the invalid fields of a request, so that one error reports them all. Not thread-safe.
 */
public final class FieldViolations {
  private final List<FieldViolation> found = new ArrayList<>();

  /** The field whose message contains the fields that are checked; empty for the request itself. */
  private String outer = "";

  /** The index of the element if that field is repeated; else -1. */
  private int element = -1;

  /** From now on, paths are relative to the message of this field. */
  public void within(String field) {
    within(field, -1);
  }

  /** From now on, paths are relative to an element of this repeated field. */
  public void within(String field, int index) {
    outer = field;
    element = index;
  }

  public void add(String field, String description) {
    if (found.size() < StoreException.InvalidRequest.MAX_VIOLATIONS) {
      found.add(new FieldViolation(path(field), description));
    }
  }

  private String path(String field) {
    if (outer.isEmpty()) {
      return field;
    }
    return element < 0 ? outer + '.' + field : outer + '[' + element + "]." + field;
  }

  public void add(String field, Optional<String> description) {
    description.ifPresent(text -> add(field, text));
  }

  /**
   * Throws if an invalid field was found.
   *
   * @throws StoreException.InvalidRequest with all invalid fields
   */
  public void check() {
    if (!found.isEmpty()) {
      throw new StoreException.InvalidRequest(found);
    }
  }
}
