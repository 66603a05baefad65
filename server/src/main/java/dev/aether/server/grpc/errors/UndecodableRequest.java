package dev.aether.server.grpc.errors;

/**
 * The cause of the status of a call whose request is no message at all. Clients never see it; it
 * tells such calls from those with a request that is only invalid. It has no stack trace, since
 * anybody may cause it, and does not refer to the bytes.
 */
public final class UndecodableRequest extends Exception {
  private static final long serialVersionUID = 1L;

  public UndecodableRequest() {
    super("the request is no message", null, false, false);
  }
}
