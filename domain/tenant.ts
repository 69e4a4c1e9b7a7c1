/** How a bank, or a part of one, is named: in rows, in keys of blobs, in ids of workflows. */
export const tenantPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Whose everything is where nobody says otherwise. */
export const defaultTenant = 'default';

/** Stands for the installation as a whole: no tenant can be named so. */
export const allTenants = '*';
