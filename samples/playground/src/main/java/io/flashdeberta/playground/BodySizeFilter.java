package io.flashdeberta.playground;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Refuses bodies that are too large, before they are read. */
@Component
final class BodySizeFilter extends OncePerRequestFilter {

    private static final long MAX_BYTES = 1 << 20;

    private final HandlerExceptionResolver exceptions;

    BodySizeFilter(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver exceptions) {
        this.exceptions = exceptions;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > MAX_BYTES) {
            refuse(
                    request,
                    response,
                    HttpStatus.CONTENT_TOO_LARGE,
                    "The body is larger than " + MAX_BYTES + " bytes.");
        } else if (request.getHeader("Transfer-Encoding") != null) {
            refuse(
                    request,
                    response,
                    HttpStatus.LENGTH_REQUIRED,
                    "The header Content-Length is missing.");
        } else {
            chain.doFilter(request, response);
        }
    }

    private void refuse(
            HttpServletRequest request,
            HttpServletResponse response,
            HttpStatus status,
            String reason) {
        exceptions.resolveException(
                request, response, null, new ResponseStatusException(status, reason));
    }
}
