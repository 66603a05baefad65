package dev.aether.server.grpc;

import dev.aether.server.event.FieldFault;
import dev.aether.server.event.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gathers what is wrong with a request, so that its sender hears of everything at once. For one
 * thread.
 */
final class Faults {
  private final List<FieldFault> found = new ArrayList<>();

  /** Of which repeated field's element the fields are that come; -1: they are the request's own. */
  private int element = -1;

  private String repeated = "";

  /** The fields from now on are those of a repeated field's element. */
  void within(String field, int index) {
    repeated = field;
    element = index;
  }

  void add(String field, String fault) {
    if (found.size() < StoreException.InvalidRequest.MAX_FAULTS) {
      String path = element < 0 ? field : repeated + '[' + element + "]." + field;
      found.add(new FieldFault(path, fault));
    }
  }

  void add(String field, Optional<String> fault) {
    fault.ifPresent(text -> add(field, text));
  }

  /**
   * Goes on only if nothing was found.
   *
   * @throws StoreException.InvalidRequest otherwise
   */
  void check() {
    if (!found.isEmpty()) {
      throw new StoreException.InvalidRequest(found);
    }
  }
}
