export { createAuthCleanup } from '../domains/auth/cleanup.ts';
export { hashPassword } from '../domains/auth/passwords.ts';
export { ClinicalRetention } from '../domains/patients/retention.ts';
export { ensureDoctorProfile } from '../domains/doctors/profile.ts';
